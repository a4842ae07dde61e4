import { start } from '../../shared/page/start'
import Backup from './Backup.svelte'

start(Backup)
