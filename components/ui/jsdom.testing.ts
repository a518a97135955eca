/** What jsdom has not of dialogs and popovers: they are shown, without a top layer. */
if (typeof HTMLElement !== 'undefined') {
  HTMLElement.prototype.showPopover = () => undefined;
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
}
