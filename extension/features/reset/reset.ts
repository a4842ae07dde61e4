import { start } from '../../shared/page/start'
import Reset from './Reset.svelte'

start(Reset)
