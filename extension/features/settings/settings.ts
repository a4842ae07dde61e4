import { start } from '../../shared/page/start'
import Settings from './Settings.svelte'

start(Settings)
