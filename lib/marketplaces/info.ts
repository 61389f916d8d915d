/** What stacks, the local runtime and the connections file need to know of a marketplace. No runtime imports. */
export interface MarketplaceInfo {
  /** The folder's name, the `marketplace` of a connection and a segment of its webhook URLs. */
  readonly name: string;
  readonly title: string;
  /** Orders come from it; else they are placed with it, and it ships. */
  readonly sells: boolean;
  /** Webhook topics, kebab-case of the vendor's names; none: the marketplace calls nobody. */
  readonly topics: readonly string[];
  /** Seconds between polls, the vendor's documented or our assumed interval. */
  readonly pollIntervalSeconds: number;
  /** Requests a minute that the vendor allows one connection. */
  readonly requestsPerMinute: number;
  /** Settings that only authenticate webhooks: they travel with the secrets, as a receiver reads nothing else. */
  readonly webhookSettings: readonly string[];
  /** It can prove itself by nothing but the URL we register: the secret is its last segment. */
  readonly secretInUrl?: boolean;
  /** Line ids are unique in an account and go with their lines when an order is split or merged there. */
  readonly movesLines?: boolean;
}
