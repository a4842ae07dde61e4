// Keys and clicks that were meant for another window must not approve anything here: for a moment
// after a window has got the focus, its PIN and its Approve take nothing.

/** As long as it takes to see that another window has come up. */
export const CALM_MS = 800

export class Calm {
  /** Whether the window has had the focus for long enough. */
  ready = $state(false)

  #timer: ReturnType<typeof setTimeout> | undefined

  /** Watches the window's focus; the returned function ends that. */
  watch = (): (() => void) => {
    const wait = () => {
      this.#stop()
      this.#timer = setTimeout(() => (this.ready = document.hasFocus()), CALM_MS)
    }
    const stop = () => this.#stop()
    addEventListener('focus', wait)
    addEventListener('blur', stop)
    if (document.hasFocus()) wait()
    return () => {
      stop()
      removeEventListener('focus', wait)
      removeEventListener('blur', stop)
    }
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.ready = false
  }
}
