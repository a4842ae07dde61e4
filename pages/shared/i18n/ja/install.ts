// How to get the wallet, in Japanese.
import type { CatalogueLike } from '../translate.ts'
import type { install as english } from '../en/install.ts'

export const install: CatalogueLike<typeof english> = {
  easiest: '画面のあるパソコンなら、npm startを実行すると、ウォレット入りのChromiumが開きます。お使いのChromiumに追加する場合は、次の手順で行います。',
  folder: 'npm startで作られたdist/extensionフォルダーを用意します。',
  developer: 'chrome://extensionsを開き、デベロッパー モードをオンにします。',
  load: '「パッケージ化されていない拡張機能を読み込む」を選び、そのフォルダーを指定します。',
  again: '入れたので、もう一度確認する',
  firefoxTitle: 'Firefoxをお使いです',
  firefoxText: '商品の閲覧、買い物かご、これまでの注文ページはFirefoxでもお使いいただけます。ウォレットはまだFirefoxで動かないため、お支払いとカードの受け取りはできません。',
  firefoxHint: 'お支払いなどの際は、このページをChromiumで開いてください：',
}
