import { start } from '../../shared/page/start'
import Onboarding from './Onboarding.svelte'

start(Onboarding)
