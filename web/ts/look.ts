// What a page says of a shell's look.

/** Which palette: the system's choice, or one of the two. */
export type ThemeName = "auto" | "light" | "dark";
