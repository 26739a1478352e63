// A page of the documentation, whose examples are run where they stand.
import { expect } from "@playwright/test";
import type { Script } from "../demo.ts";

export default {
  title: "Documentation that runs",
  page: "docs/shell.html",
  async play(demo) {
    for (let i = 0; i < 3; i++) {
      const cell = demo.page.locator("bushel-cell").nth(i);
      await cell.scrollIntoViewIfNeeded();
      await cell.getByRole("button").click();
      await expect(cell).toHaveAttribute("state", "done");
      demo.look();
    }
  },
} satisfies Script;
