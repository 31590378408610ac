import { nothing } from '../../lib/nowhere';

export const handler = async () => nothing();
