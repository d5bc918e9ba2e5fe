//! Charts as SVG that takes its colours from the page, so that it follows light, dark and print.

use maud::{Markup, PreEscaped, html};
use plotters::coord::Shift;
use plotters::prelude::{
    ChartBuilder, Color, DrawingArea, IntoDrawingArea, IntoFont, PathElement, RGBColor, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{ShapeStyle, TextStyle};

/// In the chart's own units; the page makes them as wide as fits.
const WIDTH: u32 = 360;
const LETTERS: u32 = 14;
const SMALL: u32 = 12;

/// Colours that stand for those of the page, and what takes their place.
const INK: RGBColor = RGBColor(1, 0, 0);
const MUTED: RGBColor = RGBColor(2, 0, 0);
const LINE: RGBColor = RGBColor(3, 0, 0);
const PARTS: [RGBColor; 5] =
    [RGBColor(4, 0, 0), RGBColor(5, 0, 0), RGBColor(6, 0, 0), RGBColor(7, 0, 0), RGBColor(8, 0, 0)];
const OF_PAGE: [(&str, &str); 8] = [
    ("#010000", "currentColor"),
    ("#020000", "var(--muted)"),
    ("#030000", "var(--line)"),
    ("#040000", "var(--c1)"),
    ("#050000", "var(--c2)"),
    ("#060000", "var(--c3)"),
    ("#070000", "var(--c4)"),
    ("#080000", "var(--c5)"),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// A chart that can't be drawn; writing to memory does not fail.
type Drawn = Result<(), Box<dyn std::error::Error>>;

/// What a chart is, for those who don't see it too.
pub(super) struct Told<'t> {
    /// Unique on the page.
    pub id: &'t str,
    /// Its title.
    pub title: &'t str,
    /// What it shows, in a sentence.
    pub shows: &'t str,
}

/// A bar of parts, each with the number of its colour; none is below zero.
pub(super) struct Bar {
    /// What it stands for.
    pub label: String,
    /// How long, and in which of five colours.
    pub parts: Vec<(i64, usize)>,
    /// What stands beside it.
    pub value: String,
}

/// Bars from left to right, one below the other, with their labels above them.
pub(super) fn bars(told: &Told<'_>, bars: &[Bar]) -> Markup {
    const STEP: i32 = 42;
    let most = bars.iter().map(Bar::length).max().unwrap_or(0).max(1);
    let height = u32::try_from(bars.len()).unwrap_or(1) * STEP.unsigned_abs() + 4;
    figure(told, height, |area| {
        for (bar, top) in bars.iter().zip((0..).step_by(STEP.unsigned_abs() as usize)) {
            write(area, &bar.label, (0, top + 1), HPos::Left, LETTERS, INK)?;
            write(area, &bar.value, (WIDTH.cast_signed(), top + 1), HPos::Right, LETTERS, INK)?;
            let (y, mut from, mut sum) = (top + 20, 0, 0);
            area.draw(&Rectangle::new([(0, y), (WIDTH.cast_signed(), y + 12)], LINE.filled()))?;
            for (length, colour) in &bar.parts {
                sum += length.max(&0);
                let to = at(sum, most, WIDTH);
                // What is there at all can be seen.
                let to = if *length > 0 { to.max(from + 2) } else { to };
                area.draw(&Rectangle::new([(from, y), (to, y + 12)], part(*colour)))?;
                from = to;
            }
        }
        Ok(())
    })
}

impl Bar {
    fn length(&self) -> i64 {
        self.parts.iter().map(|(length, _)| length.max(&0)).sum()
    }
}

/// Columns side by side over a scale of whole euros: each with its first euro and its height.
pub(super) fn columns(told: &Told<'_>, width: usize, columns: &[(usize, u64)], axes: (&str, &str)) -> Markup {
    let euros = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let tall = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let first = columns.first().map_or(0, |(from, _)| euros(*from));
    let end = columns.last().map_or(1, |(from, _)| euros(from + width));
    let most = columns.iter().map(|(_, number)| tall(*number)).max().unwrap_or(0).max(1);
    figure(told, 250, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_top(8)
            .margin_right(20)
            .set_left_and_bottom_label_area_size(46)
            .build_cartesian_2d(first..end, 0..most + most / 12 + 1)?;
        let letters = TextStyle::from(("sans-serif", SMALL).into_font()).color(&MUTED);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(ShapeStyle::from(LINE).stroke_width(0))
            .bold_line_style(LINE)
            .axis_style(MUTED)
            .label_style(letters.clone())
            .axis_desc_style(letters)
            .x_labels(5)
            .y_labels(5)
            .x_desc(axes.0)
            .y_desc(axes.1)
            .draw()?;
        chart.draw_series(columns.iter().map(|(from, number)| {
            let from = euros(*from);
            let mut column = Rectangle::new([(from, 0), (from + euros(width), tall(*number))], part(0));
            column.set_margin(0, 0, 1, 0);
            column
        }))?;
        let base = [(first, 0), (end, 0)];
        chart.draw_series(std::iter::once(PathElement::new(base, MUTED)))?;
        Ok(())
    })
}

/// Which colour stands for what.
pub(super) fn legend(names: &[(&str, usize)]) -> Markup {
    html! {
        ul.legend {
            @for (name, colour) in names {
                li { span aria-hidden="true" class={ "c" (colour + 1) } {} (name) }
            }
        }
    }
}

fn part(colour: usize) -> ShapeStyle {
    PARTS[colour % PARTS.len()].filled()
}

/// Where a length ends that is `length` of `most`.
fn at(length: i64, most: i64, width: u32) -> i32 {
    let place = i128::from(length) * i128::from(width) / i128::from(most.max(1));
    i32::try_from(place).unwrap_or_default()
}

fn write(area: &Area<'_>, text: &str, place: (i32, i32), side: HPos, size: u32, colour: RGBColor) -> Drawn {
    let style = TextStyle::from(("sans-serif", size).into_font()).color(&colour).pos(Pos::new(side, VPos::Top));
    area.draw(&Text::new(text.to_owned(), place, style))?;
    Ok(())
}

fn figure(told: &Told<'_>, height: u32, draw: impl FnOnce(&Area<'_>) -> Drawn) -> Markup {
    let mut drawn = String::new();
    let area = SVGBackend::with_string(&mut drawn, (WIDTH, height)).into_drawing_area();
    let whole = draw(&area).and_then(|()| Ok(area.present()?));
    drop(area);
    if let Err(error) = whole {
        // The table beside the chart says the same.
        return html! { p.note { (error) } };
    }
    // The frame of the drawing is ours: it has no fixed size, and says what it is.
    let inside = drawn.split_once('>').map_or("", |(_, inside)| inside);
    let mut inside = inside.trim_end().trim_end_matches("</svg>").to_owned();
    for (stands, colour) in OF_PAGE {
        inside = inside.replace(stands, colour);
    }
    let (title, shows) = (format!("{}-t", told.id), format!("{}-d", told.id));
    html! {
        figure {
            svg viewBox={ "0 0 " (WIDTH) " " (height) } role="img" aria-labelledby={ (title) " " (shows) } {
                title id=(title) { (told.title) }
                desc id=(shows) { (told.shows) }
                (PreEscaped(inside))
            }
        }
    }
}
