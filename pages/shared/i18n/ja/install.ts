// How to get the wallet, in Japanese.
import type { CatalogueLike } from '../translate.ts'
import type { install as english } from '../en/install.ts'

export const install: CatalogueLike<typeof english> = {
  computer:
    'ウォレットは、パソコンのChromeに追加する拡張機能です。スマートフォンのブラウザーには追加できません。パソコンでこのページを開いてください。',
  needed: 'このブラウザーには、まだウォレットがありません。入れるとここから進めます。',
  easiest:
    '画面のあるパソコンなら、npm startを実行すると、ウォレット入りのChromiumが開きます。お使いのChromiumに追加する場合は、次の手順で行います。',
  folder: 'npm startで作られたdist/extensionフォルダーを用意します。',
  developer: 'chrome://extensionsを開き、デベロッパー モードをオンにします。',
  load: '「パッケージ化されていない拡張機能を読み込む」を選び、そのフォルダーを指定します。',
  again: '入れたので、もう一度確認する',
  firefox:
    'Firefoxでは、ウォレットは終了するまでの間だけ有効です。次に使うときは、もう一度読み込むと、前と同じ中身で続けられます。カードリーダーはお使いいただけません。追加するには、次の手順で行います。',
  firefoxFolder: 'npm startで作られたdist/extension-firefoxフォルダーを用意します。',
  firefoxPage: 'about:debugging#/runtime/this-firefoxを開きます。',
  firefoxLoad: '「一時的なアドオンを読み込む」を選び、そのフォルダーのmanifest.jsonを指定します。',
}
