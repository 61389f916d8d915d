/** RFC 3986: a scheme, and of what follows only what a URI may hold bare or as `%` with two digits. */
const URI = /^[a-z][a-z\d+.-]*:(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\da-f]{2})*$/i;
/** RFC 3339. */
const DATE_TIME =
  /^(?<date>\d{4}-\d\d-\d\d)T(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d):(?<seconds>[0-5]\d|60)(\.\d+)?(?<zone>Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** The formats that the schemas name. */
export const formats = {
  uri: (text: string): boolean => URI.test(text) && URL.canParse(text),
  'date-time'(text: string): boolean {
    const { date, hours, minutes, seconds, zone } = DATE_TIME.exec(text)?.groups ?? {};
    if (date === undefined) return false;
    const minute = new Date(`${date}T${hours}:${minutes}:00${zone?.toUpperCase()}`);
    // A date such as February 30 would become one in March.
    const isInCalendar = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ?? false;
    return isInCalendar && (seconds !== '60' || minute.toJSON().includes('T23:59'));
  },
};
