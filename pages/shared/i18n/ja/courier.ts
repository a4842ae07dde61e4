// What a courier’s own page says about a parcel, in Japanese.
import type { CatalogueLike } from '../translate.ts'
import type { courier as english } from '../en/courier.ts'

export const courier: CatalogueLike<typeof english> = {
  title: '荷物の状況を調べる',
  text: '番号とコードは、ウォレットと、お店の注文ページにあります。コードはほかの誰も知りません。',
  number: '追跡番号',
  code: '追跡コード',
  codeHelp: '英数字8文字（例：7K3M-9Q5T）',
  look: '荷物を表示',
  looking: '調べています…',
  none: 'この番号とコードの荷物はありません。ウォレットの表示と見比べてください。',
  tooMany: 'この荷物には、誤ったコードが続けて入力されました。1分後にお試しください。',
  unreachable: '現在、応答できません。もう一度お試しください。',
  way: '荷物 {number}',
  'step_label-made': '伝票作成',
  'step_handed-over': 'お預かり済み',
  'step_on-the-way': '配送中',
  step_delivered: '配達完了',
  done: '済み',
  open: 'これから',
  updated: '{time}現在',
}
