/** The name that the two sides give what they speak, in the HTTP request that begins it. Another shape of frames is another name. */
export const upgradeName = "ferris-command-1";
