export interface NearbyRequest {
  headers: Record<string, string>;
  body: string;
}

export interface NearbyAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

/** Endpoints reached without a socket, by host and port: emulators in a thread of this process; none at AWS. */
export const nearby = new Map<string, (asked: NearbyRequest, signal?: AbortSignal) => Promise<NearbyAnswer>>();
