/**
 * Radicals in the place of the ideographs that look like them: fonts draw both with one glyph, and some producers take the radical's letter for it
 * (Chromium writes ⻑ for 長 in fonts of Noto's). Unicode's compatible forms know Kangxi's radicals and two of these; the others are in its
 * EquivalentUnifiedIdeograph.txt, of which this is the block "CJK Radicals Supplement".
 */

const first = 0x2e80;
/** From the block's first place on; in a hole of it stands what is there. */
const ideographs = Array.from(
  "⺀厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵⺚旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟",
);

/** The ideograph of a radical of that block; of other characters none. */
export function ideographOf(radical: string): string | undefined {
  return ideographs[radical.charCodeAt(0) - first];
}
