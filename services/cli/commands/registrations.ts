import type { Register } from './command.ts'
import {
  registerDeadletterList,
  registerDeadletterReplay,
  registerDeadletterShow,
} from './deadletter.ts'
import { registerDeploy } from './deploy.ts'
import { registerDoctor } from './doctor.ts'
import { registerExplain } from './explain.ts'
import { registerDriftCompare } from './drift-compare.ts'
import {
  registerBaselineCreate,
  registerBaselineList,
  registerBaselinePin,
  registerDriftAlerts,
  registerLabelAdd,
  registerLabelList,
  registerLabelRemove,
  registerMute,
  registerUnmute,
} from './drift-operate.ts'
import { registerDriftReport } from './drift-report.ts'
import { registerDriftRun } from './drift-run.ts'
import { registerExport } from './export.ts'
import { registerFeaturesSimulate } from './features-simulate.ts'
import { registerIdentityExplain } from './identity-explain.ts'
import {
  registerIdentityMerge,
  registerIdentitySplit,
  registerIdentityUnsplit,
} from './identity-operate.ts'
import { registerIdentityApply, registerIdentityPlan } from './identity-plan.ts'
import { registerIdentitySimulate } from './identity-simulate.ts'
import { registerImport } from './import.ts'
import { registerInit } from './init.ts'
import { registerKeysRotate } from './keys.ts'
import { registerLint } from './lint.ts'
import { registerMigrate } from './migrate.ts'
import { registerNormalise } from './normalise.ts'
import { registerPrivacyErase, registerPrivacyProve, registerPrivacySweep } from './privacy.ts'
import { registerPrivacyAccess } from './privacy-access.ts'
import { registerProfileQuery } from './profile-query.ts'
import { registerProfileShow } from './profile-show.ts'
import { registerQuality } from './quality.ts'
import {
  registerRebuild,
  registerRebuildAbort,
  registerRebuildDrop,
  registerRebuildStatus,
} from './rebuild.ts'
import { registerReview } from './review.ts'
import { registerRules } from './rules.ts'
import { registerSourcesReset } from './sources-reset.ts'
import { registerTest } from './test.ts'
import { registerTopicsApply, registerTopicsPlan } from './topics.ts'
import { registerTrace } from './trace.ts'
import { registerVerify } from './verify.ts'

/** Every command, in the order of the help. */
export const registrations: readonly Register[] = [
  registerInit,
  registerLint,
  registerRules,
  registerReview,
  registerTest,
  registerTopicsPlan,
  registerTopicsApply,
  registerSourcesReset,
  registerMigrate,
  registerDeploy,
  registerNormalise,
  registerImport,
  registerFeaturesSimulate,
  registerIdentitySimulate,
  registerIdentityExplain,
  registerIdentitySplit,
  registerIdentityUnsplit,
  registerIdentityMerge,
  registerIdentityPlan,
  registerIdentityApply,
  registerProfileShow,
  registerProfileQuery,
  registerExplain,
  registerExport,
  registerPrivacyAccess,
  registerPrivacyErase,
  registerPrivacySweep,
  registerPrivacyProve,
  registerKeysRotate,
  registerDoctor,
  registerTrace,
  registerQuality,
  registerDriftRun,
  registerDriftReport,
  registerDriftAlerts,
  registerBaselineCreate,
  registerBaselineList,
  registerBaselinePin,
  registerLabelAdd,
  registerLabelList,
  registerLabelRemove,
  registerMute,
  registerUnmute,
  registerDriftCompare,
  registerDeadletterList,
  registerDeadletterShow,
  registerDeadletterReplay,
  registerVerify,
  registerRebuild,
  registerRebuildStatus,
  registerRebuildAbort,
  registerRebuildDrop,
]
