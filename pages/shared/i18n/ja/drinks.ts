// What the demo's machine sells, in Japanese. The machine itself knows one name for each, in English.
export const drinks: Readonly<Record<string, string>> = {
  'Cold sencha': '冷たい煎茶',
  'Warm hojicha': '温かいほうじ茶',
  'Canned coffee': '缶コーヒー',
  'Warm yuzu and honey': '温かいゆず蜂蜜',
  Ramune: 'ラムネ',
  'Kiso spring water': '木曽の水',
  'Apple juice': 'りんごジュース',
  'Warm red-bean soup': 'おしるこ',
}
