/** A thing that the suite needs: what it is, or why it is not there. */
export type Available<Found> = ({ found: true } & Found) | { found: false; reason: string };
