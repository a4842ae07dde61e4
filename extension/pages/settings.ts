import { start } from './start'
import Settings from './Settings.svelte'

start(Settings)
