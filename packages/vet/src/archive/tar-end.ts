const BLOCK = 512;
const ZEROS = Buffer.alloc(BLOCK);

/**
 * Watches a tar go by for the blocks of zeros that end it (POSIX, pax, "ustar Interchange Format"). The parser passes
 * over them and reads on; GNU tar, bsdtar and most libraries stop there.
 */
export class TarEnd {
  /** Bytes that went by. */
  #offset = 0;
  /** Whether the block that is going by was all zeros so far. */
  #zero = true;
  /** Where the content of the last entry ended: before this, zeros are a file's own. */
  #from = 0;
  /** Runs of zero blocks since then, in order. The parser is never far behind, so they are few. */
  #runs: { from: number; to: number }[] = [];

  pass(chunk: Uint8Array): void {
    if (this.#offset + chunk.length <= this.#from) {
      this.#offset += chunk.length;
      return;
    }
    for (let at = 0; at < chunk.length; ) {
      const into = this.#offset % BLOCK;
      const part = chunk.subarray(at, at + BLOCK - into);
      if (into === 0) this.#zero = true;
      this.#zero &&= ZEROS.subarray(0, part.length).equals(part);
      at += part.length;
      this.#offset += part.length;
      if (this.#zero && this.#offset % BLOCK === 0) this.#note(this.#offset - BLOCK);
    }
  }

  #note(at: number): void {
    if (at < this.#from) return;
    const last = this.#runs.at(-1);
    if (last?.to === at) last.to += BLOCK;
    else this.#runs.push({ from: at, to: at + BLOCK });
  }

  /** Whether a zero block stood between the last entry and the header that ends at this offset. */
  cameBefore(offset: number): boolean {
    return this.#runs.some(({ from }) => from < offset - BLOCK);
  }

  /** Whether the very place where the next header should be is a zero block. */
  isHere(): boolean {
    return this.#runs[0]?.from === this.#from;
  }

  /** An entry's content ends at this offset, a multiple of the block. */
  goOnAt(offset: number): void {
    this.#from = offset;
    this.#runs = this.#runs.flatMap(({ from, to }) =>
      to > offset ? [{ from: Math.max(from, offset), to }] : [],
    );
  }
}
