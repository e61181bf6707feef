/**
 * A way to another process, or another thread, for the texts of one link. It may lose, double, delay and reorder them: the link
 * puts that right. It need not know who is at the other end, but see guides/links.md on whom to let in.
 *
 * A wire belongs to one link. Made by {@link portWire} and {@link ipcWire}; or write your own, over a socket or a broker.
 */
export interface Wire {
  /** Sends a text, or does nothing where that is not possible now. It must not throw. */
  send(text: string): void
  /** Sets who is told of each text that comes. Called once, before anything is sent. */
  onText(listener: (text: string) => void): void
  /** Sets who is told that nothing more will come. */
  onClose(listener: () => void): void
  /** The link needs it no more. */
  close(): void
}
