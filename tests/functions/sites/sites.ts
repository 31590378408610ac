// Where an error is made, `new` stands right behind a comment with the site's name.
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';

type Site = (this: void) => unknown;
interface Asked {
  queryStringParameters: Partial<Record<'site' | 'how', string>>;
}
enum Shelf {
  Top = 'top',
}

abstract class Shop<T extends string> {
  constructor(private readonly label: T, public readonly shelf: Shelf = Shelf.Top) {}

  get stock(): number {
    throw /*getter*/ new Error(this.label);
  }

  static open(this: void): never {
    throw /*static*/ new RangeError('closed');
  }

  async *items(): AsyncGenerator<T> {
    yield this.label;
    throw /*generator*/ new Error('no more');
  }
}

class Corner extends Shop<'corner'> {
  #sold = 0;

  sell<N extends number>(count: N): N {
    this.#sold += count satisfies number;
    if (this.#sold > 1) throw /*private*/ new TypeError(`${this.#sold} are too many`);
    return count;
  }
}

function told(done: (error: Error | null) => void): void {
  setImmediate(() => done(/*callback*/ new Error('told so')));
}

const corner = new Corner('corner');
const sites: Record<string, Site> = {
  getter: () => corner.stock,
  static: Shop.open,
  generator: async () => {
    for await (const item of corner.items()) void item;
  },
  private: () => [1, 2].map((count) => corner.sell(count)),
  callback: promisify(told),
  optional: () => {
    const none = undefined as unknown as { deep?: { call(): void } };
    return none?.deep!.call() ?? (() => { throw /*optional*/ new Error('none') })();
  },
  default: ({ size = (() => { throw /*default*/ new Error('no size') })() }: { size?: number } = {}) => size,
  template: () => `a
    text of ${((): string => { throw /*template*/ new Error('lines') })()}`,
  rejected: () => Promise.reject(/*rejected*/ new Error('refused')),
  parallel: () => Promise.all([Promise.resolve(), (async () => { await null; throw /*parallel*/ new Error('one of two') })()]),
  stream: () => new Promise((_, reject) => createReadStream('/nowhere').on('error', () => reject(/*stream*/ new Error('stream')))),
  'ünïcode': () => { const 雪 = '❄️'; throw /*ünïcode*/ new Error(雪); },
};

export const handler = async ({ queryStringParameters: { site = '' } }: Asked) => {
  try {
    return { statusCode: 200, body: String(await sites[site]!()) };
  } catch (error) {
    console.error(error);
    throw error;
  }
};
