// The demo store's goods in Japanese, by what the store calls them.
export const goods: Readonly<Record<string, string>> = {
  'Leaf from the Kiso valley, and something to read while it steeps': '木曽の茶葉と、蒸らす間に読むもの',
  'Sencha, first flush': '煎茶 一番茶',
  'Picked in the first days of May and steamed within the hour. Grassy and bright, with a sweetness that stays.':
    '五月の初めに摘み、一時間以内に蒸しました。若草のように澄んで、甘みが長く残ります。',
  '100 g bag': '100 g 袋入り',
  'Gyokuro, shaded three weeks': '玉露 三週間被覆',
  'Grown under straw until the leaf turns deep green. Brew it cool and small: broth, sea air, almost no bitterness.':
    '葉が深い緑になるまで藁の下で育てました。ぬるめの湯で少しずつ。だしのような旨みと磯の香り、苦みはほとんどありません。',
  '50 g tin': '50 g 缶入り',
  'Hojicha, roasted over charcoal': '炭火ほうじ茶',
  'Autumn leaf roasted until it smells of chestnuts. Little caffeine, so it is the last pot of the day.':
    '秋の葉を、栗の香りが立つまで焙じました。カフェインが少なく、一日の最後の一杯に。',
  'Genmaicha with popped rice': '玄米茶',
  'Green leaf and toasted brown rice, half and half. Forgiving of hot water and of guests who arrive early.':
    '緑茶と炒り玄米を半々に。熱い湯にも、早く着いたお客様にも寛容なお茶です。',
  'Matcha, stone-ground': '抹茶 石臼挽き',
  'Ground to order on granite, forty grams an hour. Smooth enough to drink without a sweet beside it.':
    'ご注文を受けてから、御影石の臼で一時間に四十グラム。お菓子がなくても飲めるなめらかさです。',
  '30 g tin': '30 g 缶入り',
  'Kukicha, stem tea': '茎茶',
  'The pale stems sorted out of our gyokuro. Light, creamy, and the best value on this shelf.':
    '玉露から選り分けた白い茎。軽くまろやかで、この棚でいちばんのお買い得です。',
  'Side-handled kyusu pot': '横手急須',
  'Red Tokoname clay, thrown by hand, with a sieve of the same clay. Holds two cups and pours to the last drop.':
    '常滑の朱泥をろくろで挽き、茶こしも同じ土で作りました。二杯分入り、最後の一滴まで注げます。',
  '1 pot, 280 ml': '1点、280 ml',
  'Yunomi cup, ash glaze': '湯のみ 灰釉',
  'Tall enough to warm both hands. The glaze is rice-straw ash and runs differently on every one.':
    '両手が温まる背の高さ。藁灰の釉薬は、一つひとつ流れ方が違います。',
  '1 cup, 180 ml': '1点、180 ml',
  'Bamboo chasen whisk': '竹の茶筅',
  'Eighty tines split from a single piece of white bamboo in Takayama. Soak it for a minute before the first bowl.':
    '高山の白竹一本から割り出した八十本立て。初めての一服の前に、一分ほど水に浸してください。',
  '1 whisk': '1本',
  'The Book of Tea': '茶の本',
  "Okakura's essay of 1906 on tea, flowers and the beauty of the unfinished. Clothbound, with new notes.":
    '茶と花と「未完の美」を語る、岡倉天心の1906年の随筆。布装、新しい注釈付き。',
  'Hardback, 144 pages': '上製本、144ページ',
  'Walking the Tea Road': '茶の道を歩く',
  'Eleven days on foot along the Nakasendo, from post town to post town, with a kettle. Maps on the endpapers.':
    'やかんを携え、中山道を宿場から宿場へ十一日。見返しに地図があります。',
  'Paperback, 288 pages': '並製本、288ページ',
  'Haiku for Four Seasons': '四季の俳句',
  'A poem for every day of the year, in Japanese and English on facing pages. Short enough for one cup.':
    '一年の毎日に一句ずつ、日本語と英語の見開きで。一杯のお茶にちょうどよい短さです。',
  'Paperback, 400 pages': '並製本、400ページ',
}
