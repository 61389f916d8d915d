import { unreadable } from './shape.ts';

const LANGUAGES = ['en', 'es', 'pl', 'sv'];
/** Names that Intl has in none of its languages here. */
const OTHERS = { 'united states of america': 'US', 'great britain': 'GB', 'czech republic': 'CZ', holland: 'NL' };
let byName: ReadonlyMap<string, string> | undefined;

/**
 * ISO 3166-1 alpha-2 for a two- or three-letter code or a country's name; undefined for none. Only codes pass, as
 * routes match on them.
 */
export function countryCode(value: string | undefined, field: string): string | undefined {
  if (value === undefined) return undefined;
  const word = value.replaceAll('.', '').replace(/^the /i, '');
  const code = /^[a-z]{2}$/i.test(word)
    ? currentCode(word)
    : (ALPHA_3.get(word.toUpperCase()) ?? codeOfName(word.toLowerCase()));
  if (!code) throw unreadable(field, 'expected an ISO 3166-1 country code or a country name');
  return code;
}

function codeOfName(name: string): string | undefined {
  byName ??= readNames();
  return byName.get(name);
}

function readNames(): ReadonlyMap<string, string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  const current = codes.filter((code) => currentCode(code) === code);
  return new Map<string, string>([
    ...Object.entries(OTHERS),
    ...LANGUAGES.flatMap((language) => {
      const names = new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
      return current.map((code) => [names.of(code)?.toLowerCase() ?? '', code] as const);
    }),
  ]);
}

/** A code in upper case, with retired ones (UK) replaced (GB). */
export const currentCode = (code: string): string => new Intl.Locale(`und-${code}`).region ?? code.toUpperCase();

/** ISO 3166-1 alpha-3 codes whose first two letters are the alpha-2 code. */
const LONGER =
  'AFG AIA ALB ARG ASM AUS AZE BEL BFA BGR BHR BLM BMU BOL BRA BTN BVT BWA CAN CCK CHE CIV CMR COL CRI CUB CXR CYP ' +
  'CZE DEU DJI DMA DOM DZA ECU EGY ERI ESP ETH FIN FJI FRA GAB GBR GEO GGY GHA GIB GMB GRC GTM GUM HKG HMD HND HRV ' +
  'HTI HUN IDN IMN IND IOT IRN ISL ITA JEY JOR JPN KEN KGZ KHM KIR KNA KWT LAO LBN LCA LIE LKA LSO LTU LUX LVA MAR ' +
  'MCO MDA MHL MKD MLI MMR MNG MRT MSR MUS MWI MYS NAM NCL NER NFK NGA NIC NLD NOR NPL NRU NZL OMN PAN PER PHL PRI ' +
  'PSE QAT REU ROU RUS RWA SAU SDN SGP SHN SJM SLE SMR SOM SSD STP SXM SYR TCA TGO THA TJK TKL TLS TON TTO TWN TZA ' +
  'UGA UMI USA UZB VAT VCT VEN VGB VIR VNM VUT WSM YEM ZAF ZMB ZWE';

/** The others, each followed by its alpha-2 code. */
const ODD =
  'ABWAW AGOAO ALAAX ANDAD AREAE ARMAM ATAAQ ATFTF ATGAG AUTAT BDIBI BENBJ BESBQ BGDBD BHSBS BIHBA BLRBY BLZBZ ' +
  'BRBBB BRNBN CAFCF CHLCL CHNCN CODCD COGCG COKCK COMKM CPVCV CUWCW CYMKY DNKDK ESHEH ESTEE FLKFK FROFO FSMFM ' +
  'GINGN GLPGP GNBGW GNQGQ GRDGD GRLGL GUFGF GUYGY IRLIE IRQIQ ISRIL JAMJM KAZKZ KORKR LBRLR LBYLY MACMO MAFMF ' +
  'MDGMG MDVMV MEXMX MLTMT MNEME MNPMP MOZMZ MTQMQ MYTYT NIUNU PAKPK PCNPN PLWPW PNGPG POLPL PRKKP PRTPT PRYPY ' +
  'PYFPF SENSN SGSGS SLBSB SLVSV SPMPM SRBRS SURSR SVKSK SVNSI SWESE SWZSZ SYCSC TCDTD TKMTM TUNTN TURTR TUVTV ' +
  'UKRUA URYUY WLFWF';

const ALPHA_3: ReadonlyMap<string, string> = new Map([
  ...LONGER.split(' ').map((code) => [code, code.slice(0, 2)] as const),
  ...ODD.split(' ').map((pair) => [pair.slice(0, 3), pair.slice(3)] as const),
]);
