import { sweep } from '#lib/deliveries/sweep';

export const handler = () => sweep();
