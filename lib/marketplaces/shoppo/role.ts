import type { Role } from '../contract.ts';
import { carriers } from './carriers.ts';
import { info } from './info.ts';

export const role: Role = { info, carriers, takesStock: false };
