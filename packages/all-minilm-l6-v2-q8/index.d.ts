/** The model's files: addresses of the kind that `new URL` makes, without naming its type, which some programs' libraries do not have. */
export declare const files: readonly { readonly href: string; readonly pathname: string }[];
