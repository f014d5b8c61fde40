"""What a run is: frozen pydantic models, a file a topic, validated, to and from JSON.

Knows nothing of TensorFlow, of Streamlit, or of where runs and data sets lie on disk.
"""

from core.config.architecture import ArchitectureConfig, BlockConfig
from core.config.augmentation import AugmentationConfig
from core.config.data import DatasetConfig, Fit, Interpolation, SplitConfig
from core.config.lr_range import RangeTestConfig
from core.config.optimizers import (
    AdamConfig,
    AdamWConfig,
    AveragingConfig,
    EmaConfig,
    LionConfig,
    LookaheadConfig,
    MuonConfig,
    OptimizerConfig,
    RmspropConfig,
    SgdConfig,
)
from core.config.parse import (
    apply_changes,
    apply_overrides,
    describe_errors,
    load_config,
    parse_config,
    read_config,
)
from core.config.presets import PRESETS, Preset
from core.config.run import RunConfig
from core.config.schedules import (
    SHRINKING_POLICIES,
    ConstantSchedule,
    CosineSchedule,
    CyclicalSchedule,
    ExponentialSchedule,
    InverseTimeSchedule,
    OneCycleSchedule,
    PlateauSchedule,
    PolynomialSchedule,
    ScheduleConfig,
    StepSchedule,
    TrapezoidSchedule,
    highest,
    highest_momentum,
    scaled,
)
from core.config.training import (
    EarlyStoppingConfig,
    Keep,
    Monitor,
    TrainingConfig,
    batches_in,
)

__all__ = [
    "PRESETS",
    "SHRINKING_POLICIES",
    "AdamConfig",
    "AdamWConfig",
    "ArchitectureConfig",
    "AugmentationConfig",
    "AveragingConfig",
    "BlockConfig",
    "ConstantSchedule",
    "CosineSchedule",
    "CyclicalSchedule",
    "DatasetConfig",
    "EarlyStoppingConfig",
    "EmaConfig",
    "ExponentialSchedule",
    "Fit",
    "Interpolation",
    "InverseTimeSchedule",
    "Keep",
    "LionConfig",
    "LookaheadConfig",
    "Monitor",
    "MuonConfig",
    "OneCycleSchedule",
    "OptimizerConfig",
    "PlateauSchedule",
    "PolynomialSchedule",
    "Preset",
    "RangeTestConfig",
    "RmspropConfig",
    "RunConfig",
    "ScheduleConfig",
    "SgdConfig",
    "SplitConfig",
    "StepSchedule",
    "TrainingConfig",
    "TrapezoidSchedule",
    "apply_changes",
    "apply_overrides",
    "batches_in",
    "describe_errors",
    "highest",
    "highest_momentum",
    "load_config",
    "parse_config",
    "read_config",
    "scaled",
]
