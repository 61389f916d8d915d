export const CONNECTION = 'scopio-bench';
