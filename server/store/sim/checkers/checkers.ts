/** All checkers as one observer of a world. */
import type { MemberId } from '../../../../lib/base/brand.ts';
import type { Entry, Message, RaftStatus, Ready } from '../../raft/types.ts';
import type { DurableLog, MachineImage, Observer } from '../actor.ts';
import { ClientChecker } from './clients.ts';
import { ConfigurationChecker } from './configurations.ts';
import { History } from './history.ts';
import { LogChecker } from './logs.ts';
import { PromiseChecker } from './promises.ts';

export class Checkers implements Observer {
  readonly configurations = new ConfigurationChecker();
  readonly history = new History({ onCommitted: (entry) => this.configurations.committed(entry) });
  readonly clients = new ClientChecker(this.history);
  readonly promises = new PromiseChecker();
  readonly #logs = new LogChecker(this.history);
  snapshotsInstalled = 0;

  started(id: MemberId, disk: DurableLog): void {
    this.promises.started(id, disk);
    this.#logs.started(id, disk);
    this.#image(id, disk.image);
  }

  crashed(id: MemberId): void {
    this.#logs.crashed(id);
  }

  ready(id: MemberId, ready: Ready, status: RaftStatus): void {
    this.promises.ready(id, ready);
    this.#logs.ready(id, ready, status);
  }

  sent(message: Message): void {
    this.promises.sent(message);
  }

  applied(id: MemberId, entry: Entry, image: MachineImage): void {
    this.history.applied(id, entry, image.digest);
    this.configurations.image(id, image);
  }

  installed(id: MemberId, image: MachineImage): void {
    this.snapshotsInstalled++;
    this.#image(id, image);
  }

  #image(id: MemberId, image: MachineImage): void {
    this.history.image(id, image);
    this.configurations.image(id, image);
  }
}
