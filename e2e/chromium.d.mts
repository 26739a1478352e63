import type { Browser, Page } from "@playwright/test";

export const CHROMIUM: { executablePath: string; args: string[] };
export function prompted(page: Page): Promise<void>;
export function openShell(browser: Browser, url: string): Promise<Page>;
