/** What an article costs. */
type Article = { name: string; price?: { amount: number } };

export async function priceOf(article: Article): Promise<number> {
  await null;
  return article.price!.amount;
}
