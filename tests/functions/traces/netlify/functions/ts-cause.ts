async function first(): Promise<never> {
  throw new RangeError('first');
}

async function second(): Promise<never> {
  throw new TypeError('second');
}

export async function handler(): Promise<unknown> {
  try {
    return await Promise.any([first(), second()]);
  } catch (cause) {
    throw new Error('nobody answered', { cause });
  }
}
