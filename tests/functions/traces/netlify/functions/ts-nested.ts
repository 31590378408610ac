import { priceOf } from '../../lib/price';

type Event = { body: string | null };

export const handler = async (event: Event) => {
  const total = await priceOf({ name: 'tea' });
  return { statusCode: 200, body: String(total) };
};
