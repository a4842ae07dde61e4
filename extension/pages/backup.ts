import { start } from './start'
import Backup from './Backup.svelte'

start(Backup)
