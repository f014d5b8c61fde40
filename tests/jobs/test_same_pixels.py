"""A picture gives the same answer whether it is a test image or is uploaded.

Trained by a real worker; then the files of the test images, as a person would upload them,
are classified and compared with what the worker predicted for them.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.config import RunConfig, apply_overrides
from core.data.load import load_dataset
from core.data.sources.scan import layout_of
from core.jobs import launch
from core.models.export import load_model
from core.models.inference import predict_probabilities
from core.photos.classify import classify_files
from core.photos.network_input import read_for_network, to_network_input
from core.photos.reader import read_photo
from core.recipes import find_recipe
from core.runs import DatasetSummary, Run, State
from tests.jobs.helpers import small_config

NETWORK = 'architecture.blocks=[{"filters": 4}, {"filters": 8}]'
SMALL = (NETWORK, "architecture.dense=[]", "epochs=1", "augmentation.rotation=0")


def photos(folder: Path, name: str = "photos") -> Path:
    """Class folders of JPEG and PNG photos of many sizes, one of them turned by its EXIF."""
    generator = np.random.default_rng(0)
    for split, count in (("train", 8), ("validation", 2), ("test", 6)):
        for label, kind in enumerate(("cats", "dogs")):
            place = folder / name / split / kind
            place.mkdir(parents=True)
            for number in range(count):
                size = generator.integers(40, 90, 2)
                noise = generator.integers(0, 256, (*size, 3), dtype=np.uint8)
                smooth = Image.fromarray(noise // 2 + np.uint8(60 * label)).resize(
                    (int(size[1]) * 9, int(size[0]) * 12), Image.Resampling.BICUBIC
                )
                _save(smooth, place, number)
    return folder / name


def _save(picture: Image.Image, place: Path, number: int) -> None:
    if number % 3 == 0:
        picture.resize((70, 50)).save(place / f"{number}.png")
        return
    exif = Image.Exif()
    exif[0x0112] = 6 if number % 3 == 1 else 1  # held on its side
    picture.save(place / f"{number}.jpg", quality=90, exif=exif)


def files_of_test_split(location: Path) -> list[Path]:
    """The files of the test images, in the order of predictions.npz."""
    layout = layout_of(location)
    assert layout is not None
    return [location / file.path for file in layout.files if file.split == "test"]


def probabilities_of(run: Run, files: list[Path]) -> np.ndarray:
    """What classifying says of files: (N, K) in the run's order of classes."""
    classes = run.dataset().classes
    rows = []
    for answer in classify_files(run, files):
        said = {item["class"]: item["probability"] for item in answer["top"]}
        rows.append([said[name] for name in classes])
    return np.array(rows)


def finished(config: RunConfig, folder: Path) -> Run:
    run = launch.start(config, folder)
    assert launch.wait(run, 200) is State.FINISHED, run.log_tail()
    return run


@pytest.mark.parametrize(
    ("fit", "interpolation", "precision"),
    [("crop", "bilinear", "mixed_bfloat16"), ("squash", "nearest", "float32")],
)
def test_photos_uploaded_give_the_probabilities_of_the_evaluation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fit: str, interpolation: str, precision: str
) -> None:
    location = photos(tmp_path / "datasets")
    monkeypatch.setenv("CONVSCOPE_DATASETS", str(tmp_path / "datasets"))
    data = ["dataset.name=photos", "dataset.limit=null", "dataset.image_size=[40, 48]"]
    how = [f"dataset.fit={fit}", f"dataset.interpolation={interpolation}"]
    config = small_config(*SMALL, *data, *how, f"precision={precision}")
    run = finished(config, tmp_path / "runs")
    assert (run.dataset().fit, run.dataset().interpolation) == (fit, interpolation)
    with np.load(run.predictions_path) as saved:
        evaluated = saved["probabilities"]
    again = probabilities_of(run, files_of_test_split(location))
    assert np.abs(again - evaluated).max() < 1e-5


def test_another_fit_would_be_noticed(tmp_path: Path) -> None:
    """The comparison above can fail: fitted in another way, the pixels are others."""
    location = photos(tmp_path)
    shape = {"name": "photos", "classes": ("cats", "dogs"), "image_shape": (40, 48, 3)}
    picture = read_photo(files_of_test_split(location)[1])
    cropped = to_network_input(picture, DatasetSummary(**shape, fit="crop"))
    squashed = to_network_input(picture, DatasetSummary(**shape, fit="squash"))
    assert np.abs(cropped.astype(int) - squashed).mean() > 5


def test_digits_saved_as_png_give_the_probabilities_of_the_evaluation(
    finished_run: Run, tmp_path: Path
) -> None:
    test = load_dataset(finished_run.config().dataset).test
    images, _ = test.gather(np.arange(60))
    files = [tmp_path / f"{number:03}.png" for number in range(60)]
    for path, image in zip(files, images, strict=True):
        Image.fromarray(image[..., 0]).save(path)
    with np.load(finished_run.predictions_path) as saved:
        evaluated = saved["probabilities"][:60]
    answers = classify_files(finished_run, files)
    for answer, row in zip(answers, evaluated, strict=True):
        said = {int(item["class"]): item["probability"] for item in answer["top"]}
        assert all(abs(row[label] - value) < 1e-5 for label, value in said.items())


def test_real_photos_uploaded_give_the_probabilities_of_the_evaluation(
    datasets_folder: Path, tmp_path: Path
) -> None:
    """As bytes, the way a page gets them: 40 of the real cats and dogs."""
    network = ["architecture.blocks.0.filters=4", "architecture.blocks.1.filters=4"]
    short = ["epochs=1", "steps_per_epoch=2", "validation_steps=1", *network]
    config = apply_overrides(
        find_recipe("catdog-2019").config,
        ["dataset.fit=crop", "dataset.interpolation=bilinear", "architecture.dense=[]", *short],
    )
    run = finished(config, tmp_path)
    summary, model = run.dataset(), load_model(run.model_path)
    with np.load(run.predictions_path) as saved:
        evaluated = saved["probabilities"]
    archive = datasets_folder / "cats-and-dogs-1000.zip"
    layout = layout_of(archive)
    names = [file.path for file in layout.files if file.split == "test"]
    assert len(names) == len(evaluated) == 150
    chosen = range(0, 150, 4)
    with zipfile.ZipFile(archive) as opened:
        pixels = np.stack(
            [
                to_network_input(read_for_network(opened.read(names[i]), summary), summary)
                for i in chosen
            ]
        )
    again = predict_probabilities(model, pixels, 2)
    assert np.abs(again - evaluated[list(chosen)]).max() < 1e-5
