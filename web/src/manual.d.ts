// What manual.ts makes of docs/ when the pages are built.
declare module "virtual:manual/contents" {
  type Language = "en" | "de" | "fr";
  /** In the order of the manual; the start page's id is empty, a part's is a folder's name. */
  export const contents: { id: string; titles: Partial<Record<Language, string>> }[];
  /** By "LANGUAGE/ID". */
  export const pages: Record<string, (() => Promise<{ html: string }>) | undefined>;
}

declare module "virtual:manual/search/*" {
  const searched: { id: string; title: string; sections: { anchor: string; heading: string; text: string }[] }[];
  export default searched;
}

declare module "virtual:manual/names/*" {
  const named: { id: string; title: string; headings: { anchor: string; heading: string }[] }[];
  export default named;
}
