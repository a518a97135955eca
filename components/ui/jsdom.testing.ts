/** What jsdom has not of dialogs and popovers: they are shown, without a top layer. */
if (typeof HTMLElement !== 'undefined') {
  // Its own style sheet hides a popover for good.
  HTMLElement.prototype.showPopover = function showPopover() {
    this.removeAttribute('popover');
  };
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
}
