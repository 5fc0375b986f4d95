import "@mantine/core/styles.css";
import "./styles.css";
import "./styles/nav.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { Refused } from "./api/client";
import { router } from "./router";
import { cssVariables, theme } from "./theme";
import "./texts";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays one; only an answer that never came is worth another try.
      retry: (failures, error) => failures < 3 && !(error instanceof Refused && error.code !== "unreachable"),
      refetchOnWindowFocus: false,
      staleTime: 30_000,
    },
  },
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no place for the pages");
createRoot(root).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={cssVariables}
    defaultColorScheme="auto"
    colorSchemeManager={localStorageColorSchemeManager({ key: "hearth-scheme" })}
  >
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
);
