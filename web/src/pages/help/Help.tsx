// The manual inside the console: contents, one page or what was searched. All of it stands in the address.
import { Skeleton, Text, TextInput, Title } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useRouter, useRouterState, useSearch } from "@tanstack/react-router";
import { type MouseEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { contents, pages } from "virtual:manual/contents";
import { Broken } from "../../parts/Broken";
import { LinkButton } from "../../parts/LinkButton";
import { usePageAddress } from "../../parts/usePageAddress";
import { useTyped } from "../../parts/useTyped";
import type { Language } from "../../texts";
import { helpSearchQuery } from "../../parts/help/query";
import type { Found } from "../../parts/help/search";
import "./help.css";

const FIRST_PAGE = { to: "/help" } as const;
const leadTo = (id: string) => (id ? ({ to: "/help/$", params: { _splat: id } } as const) : FIRST_PAGE);

export function Help() {
  const { t } = useTranslation();
  const { _splat: id = "" } = useParams({ strict: false });
  const { q = "" } = useSearch({ strict: false });
  const navigate = useNavigate();
  const here = usePageAddress();
  const typed = useTyped(q, (text) => {
    void navigate({ ...leadTo(id), search: { q: text || undefined }, replace: true, resetScroll: false });
  });
  return (
    <div className="help">
      <search className="help-search">
        <TextInput
          type="search"
          size="md"
          aria-label={t("help.search")}
          placeholder={t("help.search")}
          leftSection={<IconSearch size={18} aria-hidden />}
          maxLength={100}
          value={typed.value}
          onBlur={typed.onBlur}
          onChange={(event) => typed.onChange(event.currentTarget.value)}
        />
        <LinkButton to="/support" search={{ from: here }} variant="default" size="md">
          {t("help.ask")}
        </LinkButton>
      </search>
      <Contents id={id} />
      {q.trim() ? <Results text={q} /> : <Article key={id} id={id} />}
    </div>
  );
}

/** The parts of the manual, and the pages of the part one is in. */
function Contents({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  const part = id.split("/")[0] ?? "";
  // Those of single diagnostics are many; their list leads to them.
  const shown = contents.filter(
    ({ id }) => !id.includes("/") || (id.startsWith(`${part}/`) && id.split("/").length === 2),
  );
  return (
    <nav className="help-contents panel" aria-label={t("help.contents")}>
      <details open={window.innerWidth > 768}>
        <summary>{t("help.contents")}</summary>
        <ul>
          {shown.map((page) => (
            <li key={page.id} data-inner={page.id.includes("/") || undefined}>
              <Link
                {...leadTo(page.id)}
                search={{}}
                activeProps={{}}
                activeOptions={{ exact: true, includeSearch: false }}
                lang={page.titles[language] ? undefined : "en"}
              >
                {page.titles[language] ?? page.titles.en}
              </Link>
            </li>
          ))}
        </ul>
      </details>
    </nav>
  );
}

function Article({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const router = useRouter();
  const section = useRouterState({ select: (state) => state.location.hash });
  const about = contents.find((page) => page.id === id);
  const wanted = i18n.language as Language;
  const language = about?.titles[wanted] ? wanted : "en";
  const page = useQuery({
    queryKey: ["help", "page", language, id],
    staleTime: Infinity,
    enabled: about !== undefined,
    queryFn: async () => (await pages[`${language}/${id}`]?.())?.html ?? "",
  });
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = section && shown.current?.querySelector<HTMLElement>(`[id="help-${CSS.escape(section)}"]`);
    if (!place) return;
    place.scrollIntoView();
    place.focus({ preventScroll: true });
  }, [section, page.data]);
  if (!about) {
    return (
      <div className="panel empty">
        <Title order={1} fz="h3" mb="sm">
          {t("help.missing")}
        </Title>
        <Link {...FIRST_PAGE} className="text-link">
          {t("help.toStart")}
        </Link>
      </div>
    );
  }
  const follow = (event: MouseEvent<HTMLElement>) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const isOurs = link?.getAttribute("href")?.startsWith("/console/");
    if (!link || !isOurs || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return;
    event.preventDefault();
    router.history.push(link.getAttribute("href") ?? "");
  };
  return (
    <article className="panel help-article" aria-labelledby="help-title">
      <Title order={1} id="help-title" lang={language}>
        {about.titles[language]}
      </Title>
      {language !== wanted && (
        <Text className="help-note" role="note">
          {t("help.onlyEnglish")}
        </Text>
      )}
      {page.isPending && <Skeleton height={480} aria-hidden />}
      {page.isError && <Broken text={t("help.broken")} onAgain={page.refetch} isRow />}
      {/* Our own manual, made safe when the pages were built. */}
      {page.data !== undefined && (
        <div
          ref={shown}
          className="manual"
          lang={language}
          onClick={follow}
          dangerouslySetInnerHTML={{ __html: page.data }}
        />
      )}
    </article>
  );
}

function Results({ text }: { text: string }) {
  const { t, i18n } = useTranslation();
  const search = useQuery({ ...helpSearchQuery(i18n.language as Language), placeholderData: keepPreviousData });
  const found = search.data?.(text);
  return (
    <section className="panel help-results" aria-labelledby="help-found">
      <Title order={1} id="help-found" fz="h3">
        {t("help.found")}
      </Title>
      {search.isPending && <Skeleton height={320} aria-hidden />}
      {search.isError && <Broken text={t("help.broken")} onAgain={search.refetch} isRow />}
      <Text role="status" c="dimmed" fz="sm">
        {found && t("help.count", { count: found.length, text })}
      </Text>
      {found?.length === 0 && (
        <div className="help-none">
          <Text>{t("help.none")}</Text>
          <LinkButton to="/support" variant="default" size="sm">
            {t("help.ask")}
          </LinkButton>
        </div>
      )}
      <ol className="help-list">
        {found?.map((each) => (
          <Result key={`${each.id}#${each.anchor}`} found={each} />
        ))}
      </ol>
    </section>
  );
}

function Result({ found }: { found: Found }) {
  return (
    <li lang={found.language}>
      <Link {...leadTo(found.id)} search={{}} {...(found.anchor ? { hash: found.anchor } : {})} activeProps={{}}>
        <span className="help-where">
          <Hits of={found} text={found.heading ? `${found.title} › ${found.heading}` : found.title} />
        </span>
        <span className="help-snippet">
          <Hits of={found} text={found.snippet} />
        </span>
      </Link>
    </li>
  );
}

function Hits({ of, text }: { of: Found; text: string }) {
  return of.mark(text).map((part, index) => (part.isHit ? <mark key={index}>{part.text}</mark> : part.text));
}
