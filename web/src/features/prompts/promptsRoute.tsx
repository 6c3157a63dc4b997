/** `/prompts` and everything below it: names hold folders, so one address serves the list and each prompt. */

import { useParams } from "@tanstack/react-router";
import PromptPage from "./promptPage";
import PromptsPage from "./promptsPage";

export default function PromptsRoute() {
  const { _splat: name = "" } = useParams({ strict: false }) as { _splat?: string };
  return name ? <PromptPage name={name} /> : <PromptsPage />;
}
