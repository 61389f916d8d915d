/*
 * ISO 4217's exponents other than 2 (List One, 2025). Intl knows which codes exist, but rounds many of them as
 * people pay in cash: it gives HUF, COP and IDR no decimals, though their prices have two.
 */
export const EXPONENTS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};
