"""PyTorch, channels-last with bfloat16 autocast and fused Adam; no augmentation.

Images lie in memory and a batch is gathered by index: no loader stands between.
Knows nothing of whom it is compared with.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from benchmarks.throughput import task
from benchmarks.throughput.serving import Server


def eager(server: Server) -> None:
    server.serve(_work(_loss))


def compiled(server: Server, native_random: bool = False) -> None:
    """By inductor.

    Args:
        native_random: dropout draws with PyTorch's own generator, as it does uncompiled, and
            not with the numbers that inductor computes in its kernels.
    """
    import torch._inductor.config

    torch._inductor.config.fallback_random = native_random
    server.serve(_work(torch.compile(_loss)))


def _loss(model: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Images (B, 32, 32, 3) uint8, 0..255; labels (B,) int64."""
    inputs = images.permute(0, 3, 1, 2).float().div(255)  # channels-last in memory, as before
    with torch.autocast("cpu", torch.bfloat16):
        return nn.functional.cross_entropy(model(inputs), labels)


def _work(loss_of: Callable[..., torch.Tensor]) -> Callable[[], None]:
    torch.set_num_threads(task.THREADS)
    images, labels = (torch.from_numpy(array) for array in task.pixels())
    order = torch.randperm(len(images))[: task.STEPS * task.BATCH].split(task.BATCH)
    model = _network()
    optimizer = torch.optim.Adam(model.parameters(), task.LEARNING_RATE, fused=True)

    def work() -> None:
        for batch in order:
            loss = loss_of(model, images.index_select(0, batch), labels[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()

    return work


def _network() -> nn.Module:
    blocks = [layer for block in task.BLOCKS for layer in _block(*block)]
    model = nn.Sequential(
        *blocks,
        nn.Flatten(),
        nn.Linear(2048, task.DENSE),
        nn.ReLU(),
        nn.Dropout(task.DENSE_DROPOUT),
        nn.Linear(task.DENSE, task.CLASSES),
    ).to(memory_format=torch.channels_last)
    trained = sum(weight.numel() for weight in model.parameters())
    moving = sum(buffer.numel() for buffer in model.buffers() if buffer.is_floating_point())
    task.check_size(trained + moving, trained)
    return model


def _block(inside: int, outside: int, dropout: float) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for channels in (inside, outside):
        layers += [nn.Conv2d(channels, outside, 3, padding=1), nn.ReLU()]
        layers += [nn.BatchNorm2d(outside, eps=task.EPSILON, momentum=1 - task.MOMENTUM)]
    return [*layers, nn.MaxPool2d(2), nn.Dropout(dropout)]
