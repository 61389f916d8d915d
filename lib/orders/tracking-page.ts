/** Where common carriers show a parcel, by canonical code; `{}` stands for its number. */
const PAGES: Readonly<Record<string, string>> = {
  dhl: 'https://www.dhl.com/global-en/home/tracking.html?tracking-id={}',
  dpd: 'https://tracktrace.dpd.com.pl/EN/parcelDetails?p1={}',
  estafeta: 'https://www.estafeta.com/herramientas/rastreo?wayBill={}',
  fedex: 'https://www.fedex.com/fedextrack/?trknbr={}',
  gls: 'https://gls-group.com/track/{}',
  inpost_courier: 'https://inpost.pl/en/find-parcel?number={}',
  inpost_locker: 'https://inpost.pl/en/find-parcel?number={}',
  postnord: 'https://tracking.postnord.com/en/tracking?id={}',
  ups: 'https://www.ups.com/track?tracknum={}',
  usps: 'https://tools.usps.com/go/TrackConfirmAction?tLabels={}',
};

/** The carrier's page of a parcel; undefined for a carrier that is not listed. */
export function trackingPage(carrier: string, trackingNumber: string): string | undefined {
  const code = carrier.trim().toLowerCase();
  const page = Object.hasOwn(PAGES, code) ? PAGES[code] : undefined;
  return trackingNumber === '' ? undefined : page?.replace('{}', encodeURIComponent(trackingNumber.toWellFormed()));
}
