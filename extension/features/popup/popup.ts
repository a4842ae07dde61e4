import { start } from '../../shared/page/start'
import Popup from './Popup.svelte'

start(Popup)
