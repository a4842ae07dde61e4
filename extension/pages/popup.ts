import { start } from './start'
import Popup from './Popup.svelte'

start(Popup)
