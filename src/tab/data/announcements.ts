import { Observable } from './observable.ts';

/** What the operator's last action came to, for those who hear the tab rather than see it. */
export class Announcements extends Observable {
  text = '';
  /** `status` waits until what is being read is over, `alert` does not. */
  tone: 'status' | 'alert' = 'status';
  /** Tells two announcements of the same words apart. */
  count = 0;

  say(text: string, tone: 'status' | 'alert' = 'status'): void {
    this.text = text;
    this.tone = tone;
    this.count += 1;
    this.changed();
  }
}
