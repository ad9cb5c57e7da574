/** Whether the bundled model can read what is indexed: real texts in several languages and scripts, and code. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readingText } from "../../src/cli/present/reading.ts";
import { Ferris, type Reading } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "ferris-reading-"));
/** One for all: loading the model takes longer than everything else here. */
const ferris = await Ferris.open({ db: join(folder, "index"), device: "cpu", onNotice: () => {} });
afterAll(async () => {
  await ferris.close();
  rmSync(folder, { recursive: true });
});

const texts = {
  english:
    "To rotate the signing key, create the second key first, hand it to every client, and only then revoke the old one.",
  german:
    "Um den Schlüssel zu tauschen, wird zuerst der zweite angelegt und an alle verteilt; erst dann wird der alte gelöscht, und es ist nicht nötig, dass man die Dienste anhält.",
  russian:
    "Чтобы обновить ключ подписи, сначала создайте второй ключ и передайте его всем клиентам, а затем отзовите старый.",
  japanese:
    "署名鍵を交換するには、まず二つ目の鍵を作成してすべてのクライアントに配布し、その後で古い鍵を無効にします。コンピュータの再起動は必要ありません。",
  chinese: "要轮换签名密钥,请先创建第二个密钥并分发给所有客户端,然后再撤销旧密钥。整个过程不需要重新启动任何服务。",
  thai: "ในการเปลี่ยนกุญแจลงนามให้สร้างกุญแจที่สองก่อนแล้วส่งให้ลูกค้าทุกคนจากนั้นจึงเพิกถอนกุญแจเก่า",
  korean: "서명 키를 교체하려면 먼저 두 번째 키를 만들어 모든 클라이언트에 배포한 다음 이전 키를 폐기합니다.",
  arabic: "لتدوير مفتاح التوقيع أنشئ المفتاح الثاني أولا ثم سلمه إلى جميع العملاء وبعد ذلك ألغ المفتاح القديم",
} as const;

/** Of an index of these files alone. */
async function readingIn(name: string, files: Readonly<Record<string, string>>): Promise<Reading> {
  const place = join(folder, name);
  mkdirSync(place);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(place, file), `${text}\n`);
  await ferris.index([place]);
  const reading = await ferris.reading();
  await ferris.remove([place]);
  return reading;
}

test.each(["russian", "japanese", "chinese", "thai", "korean", "arabic"] as const)(
  "%s is spelled by a model for English",
  async (language) => {
    const reading = await readingIn(language, { "a.txt": texts[language], "b.txt": texts[language].repeat(2) });
    expect(reading).toMatchObject({
      sampled: 2,
      spelled: 2,
      problem: "script",
      better: "intfloat/multilingual-e5-small",
    });
    expect(readingText(reading, "m")).toContain("--model multilingual-e5-small");
  },
);

test("German is read in pieces, and is not what the model is for", async () => {
  const reading = await readingIn("german", { "a.txt": texts.german, "b.txt": texts.german.repeat(3) });
  expect(reading).toMatchObject({ spelled: 0, languages: { de: 2 }, problem: "language" });
  expect(readingText(reading, "all-minilm-l6-v2-q8")).toContain("not in English (German)");
});

test("English, code and figures are no problem; nor is one file in another script among many", async () => {
  const code =
    "export function parse(line: string): Map<string, number> {\n  return new Map([...line.matchAll(/(\\w+)=(\\d+)/g)].map(([, k, v]) => [k!, Number(v)]));\n}";
  const figures = Array.from(
    { length: 40 },
    (_, i) => `${i * 7919},${i * 104_729},0x${(i * 65_537).toString(16)}`,
  ).join("\n");
  const reading = await readingIn("english", {
    "a.txt": texts.english,
    "b.md": `# Keys\n\n${texts.english.repeat(2)}`,
    "c.ts": code,
    "d.csv": figures,
    "e.txt": texts.russian,
  });
  expect(reading.problem).toBeNull();
  expect(reading.spelled).toBeLessThanOrEqual(1);
  expect(readingText(reading, "m")).toBeNull();
});
