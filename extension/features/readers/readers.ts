import { start } from '../../shared/page/start'
import Readers from './Readers.svelte'

start(Readers)
