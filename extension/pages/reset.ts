import { start } from './start'
import Reset from './Reset.svelte'

start(Reset)
